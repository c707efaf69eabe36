# What a release consists of: images, archives, checksums, bills of materials.

.PHONY: images
images: packages ## OCI images for linux/amd64 and linux/arm64 into build/images
	@scripts/build-images.sh
