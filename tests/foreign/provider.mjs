// A city's own sign-in service: the certified OpenID Connect provider of npm, with people who need no password.
// Usage: node provider.mjs PORT REDIRECT_URI. People are called as they type; "unconfirmed-…" have no
// confirmed address. Prints "ready" when it listens.
import Provider from "oidc-provider";

const [port, redirect] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: "roundtable", client_secret: "only for the test", redirect_uris: [redirect] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: false,
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id.replace(/^unconfirmed-/, "")}`,
      email_verified: !id.startsWith("unconfirmed-"),
      name: "Name from the City",
    }),
  }),
});
provider.on("server_error", (_context, error) => console.error(error));
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
