"""S3 as the store `s3` uses it: where a bucket is, the client, its faults, files in parts."""
