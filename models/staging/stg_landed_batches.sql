{{ lake_batches() }}
