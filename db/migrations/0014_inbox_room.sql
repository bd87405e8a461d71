-- What becomes of a notification is written soon after it came, into its own page: no index has to learn of it.
ALTER TABLE "inbox" SET (fillfactor = 70);
