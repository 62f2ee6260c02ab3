use crate::field::Field;
use crate::Row;
use core::str;
use crate::result::Error;

fn read(row: Row, field: Field) -> Result<str, Error> {
    row.load()
}
