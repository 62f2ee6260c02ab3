<<<<<<< ours
use crate::query::Table;
=======
use query::joins::Joined;
>>>>>>> theirs
use std::io;

fn read(table: Joined) -> io::Result<()> {
    table.load()
}
