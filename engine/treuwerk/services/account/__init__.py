"""The points account as people read it: statement, why these points, what expires, what was bought."""
