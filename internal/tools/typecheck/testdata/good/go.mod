module good

go 1.26.0
