"""Files whose records only their own library tells apart (Parquet, ORC, Avro): found, counted, read, and written with
other records in them. The libraries are extras, and imported where such a file is read.
"""
