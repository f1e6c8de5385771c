# The few commands a person needs. Each does its own set-up and says what it installs; the work is in scripts/.
# ARGS is passed on: make up ARGS="--listen 127.0.0.1:8000"

.PHONY: help up web test check bench soak goldens
ARGS ?=

help: ## what there is
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

up: ## build what is missing and start a node; the first start brings the demo on this repository
	@scripts/up.sh $(ARGS)

web: ## build the web page
	@scripts/web.sh

test: ## install what the tests need and run all of them
	@scripts/test.sh

check: ## the quick loop: format, lint, tidy, unit tests
	@scripts/check.sh

bench: ## measure, beside Redis and NATS JetStream where they are installed
	@scripts/bench.sh $(ARGS)

soak: ## the long fuzz and soak runs; HOURS=1 unless told otherwise
	@scripts/soak.sh

goldens: ## write docs/reference anew from the binary
	@scripts/goldens.sh
