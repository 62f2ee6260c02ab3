#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens() {
        check(1);
    }
}
