-- The server's history when ids were drawn last: its cluster, and the number of promotions before it. A primary that took the
-- place of another draws ids again that the other had drawn and that never reached it. Where the history is another one,
-- the next ids are far above. Programs of the layout before do not look at it, and can go on.
ALTER TABLE sessionctl.meta ADD COLUMN history text;
