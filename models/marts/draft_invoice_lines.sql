{{ numbered_invoice_lines(ref('int_invoice_lines')) }}
