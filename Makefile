# make demo    two hosts, one task: swab at work, from nothing
# make test    all tests
# make fuzz    made-up bytes for what reads foreign ones
# make library SwabDocker in a package of its own, without TLS
# make build   swab, to install
# make install bin/swab, lib/swab and share/doc/swab into PREFIX
PREFIX ?= /usr/local
ROUNDS ?= 5
FUZZ_SECONDS ?= 20
# What `make build` assembled, and `make install` copies.
STAGE ?= .build/stage
DOC = $(DESTDIR)$(PREFIX)/share/doc/swab
SOURCES = Package.swift Fabfile.swift Sources Tests Examples

.PHONY: build demo test fuzz library lint bench install uninstall testbed-up testbed-down requirements clean

build: requirements
	Scripts/assemble

demo:
	@Scripts/demo

test:
	@Scripts/test

fuzz:
	@Scripts/fuzz $(FUZZ_SECONDS)

library:
	@Scripts/library

lint:
	swift format lint --strict --recursive $(SOURCES)

bench: build
	@Scripts/requirements bench
	Benchmarks/run --rounds $(ROUNDS)

# Run `make build` first; then this needs no compiler, so that it may be run by root.
install:
	@test -x $(STAGE)/bin/swab || { echo "first: make build" >&2; exit 2; }
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(PREFIX)/lib/swab"
	install -m 755 $(STAGE)/lib/swab/libSwab.so $(STAGE)/lib/swab/swab-main \
	  "$(DESTDIR)$(PREFIX)/lib/swab"
	install -m 644 $(STAGE)/lib/swab/*.swiftmodule $(STAGE)/lib/swab/toolchain \
	  "$(DESTDIR)$(PREFIX)/lib/swab"
	install -m 755 $(STAGE)/bin/swab "$(DESTDIR)$(PREFIX)/bin"
	install -d "$(DOC)/docs"
	install -m 644 README.md CHANGELOG.md LICENSE "$(DOC)"
	install -m 644 docs/*.md "$(DOC)/docs"
	find Examples -type d -exec install -d "$(DOC)/{}" \;
	find Examples -type f -exec install -m 644 {} "$(DOC)/{}" \;

uninstall:
	rm -rf "$(DESTDIR)$(PREFIX)/lib/swab" "$(DESTDIR)$(PREFIX)/bin/swab" "$(DOC)"

testbed-up: requirements
	@Scripts/testbed up 2

testbed-down:
	@Scripts/testbed down

requirements:
	@Scripts/requirements

clean: testbed-down
	rm -rf .build .build-fuzz .build-library
