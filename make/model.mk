# The model of the release protocol.

everything: model-packages
.PHONY: model-packages
model-packages:
	@scripts/install-packages.sh model

.PHONY: model
model: model-packages ## Check the model of the release protocol with Spin
	@model/check.sh
