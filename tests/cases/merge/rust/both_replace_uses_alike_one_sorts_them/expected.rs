use crate::field::Field;
use crate::Row;
use crate::result::Error;
use core::str;

fn read(row: Row, field: Field) -> Result<str, Error> {
    row.load()
}
