# Installs Earshot from this folder. Messages, keys and settings are elsewhere:
# neither target touches them.
#
#   make user-install       for yourself, into ~/.local
#   sudo make install       for everybody, into /usr/local (PREFIX=/usr is another place)
#   make user-uninstall, sudo make uninstall

ID = app.earshot.messenger
PREFIX ?= /usr/local
FROM := $(firstword $(wildcard usr/local usr))
SYSTEM = $(DESTDIR)$(PREFIX)
BIN = $(HOME)/.local/bin
# xdg-open without a desktop knows no quotes, and a path with a blank needs them.
RUN = $(if $(word 2,$(BIN)),"$(BIN)/earshot",$(BIN)/earshot)
DATA = $${XDG_DATA_HOME:-$(HOME)/.local/share}

# offer has the desktop read anew which programs open which links.
offer = if command -v update-desktop-database >/dev/null; then update-desktop-database $(1); \
	else echo "Pairing links open in Earshot after the next login. For at once, install update-desktop-database (desktop-file-utils)."; fi

help:
	@sed -n '/^#   /s/^#   //p' Makefile

user-install:
	install -Dm755 $(FROM)/bin/earshot "$(BIN)/earshot"
	install -Dm644 $(FROM)/share/pixmaps/$(ID).png "$(DATA)/icons/$(ID).png"
	install -d "$(DATA)/applications"
	sed 's|^Exec=earshot|Exec=$(RUN)|' $(FROM)/share/applications/$(ID).desktop >"$(DATA)/applications/$(ID).desktop"
	@$(call offer,"$(DATA)/applications")

user-uninstall:
	rm -f "$(BIN)/earshot" "$(DATA)/icons/$(ID).png" "$(DATA)/applications/$(ID).desktop"
	@$(call offer,"$(DATA)/applications")

install:
	install -Dm755 $(FROM)/bin/earshot "$(SYSTEM)/bin/earshot"
	install -Dm644 $(FROM)/share/pixmaps/$(ID).png "$(SYSTEM)/share/pixmaps/$(ID).png"
	install -Dm644 $(FROM)/share/applications/$(ID).desktop "$(SYSTEM)/share/applications/$(ID).desktop"
	@[ -n "$(DESTDIR)" ] || $(call offer,"$(SYSTEM)/share/applications")

uninstall:
	rm -f "$(SYSTEM)/bin/earshot" "$(SYSTEM)/share/pixmaps/$(ID).png" "$(SYSTEM)/share/applications/$(ID).desktop"
	@[ -n "$(DESTDIR)" ] || $(call offer,"$(SYSTEM)/share/applications")

.PHONY: help user-install user-uninstall install uninstall
