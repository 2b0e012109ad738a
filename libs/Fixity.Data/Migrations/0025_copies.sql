-- Other files with the same content: for one that is damaged or gone, and to show what is there more than once. Seven bytes
-- of a checksum find it, and keep the index small: who looks compares the rest. Not by hash: equal keys, of which there may
-- be many thousands, make its chains long, and each new row walks them.
create index files_by_checksum on scanner.files (substring(checksum, 1, 7)) where state = 1 and size > 0;
