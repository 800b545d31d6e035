module unsent

go 1.26.0

require (
	github.com/BurntSushi/toml v1.6.0
	github.com/google/go-cmp v0.7.0
	golang.org/x/text v0.43.0
)

// its zip is not on every proxy, and only modernc's own tests use it
exclude github.com/google/pprof v0.0.0-20261016150608-1facf8f91b50
