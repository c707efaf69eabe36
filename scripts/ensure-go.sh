#!/usr/bin/env bash
echo "$(command -v go)"
