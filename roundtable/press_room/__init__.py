"""What has been published, for everybody; and, under embargo, for journalists who hold a link."""
