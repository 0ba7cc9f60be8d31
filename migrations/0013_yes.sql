ALTER TABLE lane ADD COLUMN yes TEXT; -- hash of all that the yes was said to that the lane's own was a part of: whoever goes on may say it again
