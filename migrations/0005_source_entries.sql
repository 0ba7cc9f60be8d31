ALTER TABLE source ADD COLUMN entries BLOB; -- of each entry 8 bytes of a hash over name, size and content: tells which ones changed
