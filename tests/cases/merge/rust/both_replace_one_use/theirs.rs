use query::joins::Joined;
use std::io;

fn read(table: Joined) -> io::Result<()> {
    table.load()
}
