"""The room of a meeting and its door: plain links, Jitsi Meet, BigBlueButton."""
