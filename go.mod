module unsent

go 1.26.0

// its zip is not on every proxy, and only modernc's own tests use it
exclude github.com/google/pprof v0.0.0-20261016150608-1facf8f91b50
