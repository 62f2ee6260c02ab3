use crate::query::Table;
use std::io;

fn read(table: Table) -> io::Result<()> {
    table.load()
}
