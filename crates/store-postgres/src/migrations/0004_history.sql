-- The database's history when ids were drawn last: the promotions before its primary, and its tables. A primary that took the
-- place of another draws ids again that the other had drawn and that never reached it, and so does one to which an older
-- dump was brought back. Where the history is another one, the next ids are far above. Programs of the layout before do
-- not look at it, and can go on.
ALTER TABLE sessionctl.meta ADD COLUMN history text;
