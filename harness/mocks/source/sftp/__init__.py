"""The source's SFTP front end, over asyncssh, which is imported only for a night that has a file of it."""
