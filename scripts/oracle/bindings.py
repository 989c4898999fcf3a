# SPDX-License-Identifier: MIT
# What dt-schema says of blobs, as JSON: bindings.py SCHEMA.json BOARD.dtb… (needs Debian's dt-schema 2026 or newer).
# The same findings as dt-validate's, each with the whole path of its node; errors of disabled nodes are left out as there.
import json
import sys

import dtschema

ABSENT = {"required", "unevaluatedProperties"}


def disabled(node):
    return "disabled" in (node.get("status") or []) if isinstance(node.get("status"), list) else False


def leave_out(error, off):
    instance = error.instance
    if not (off or (isinstance(instance, dict) and disabled(instance))):
        return False
    paths = [error.schema_path, *(each.schema_path for each in error.context or [])]
    return any(ABSENT & set(path) for path in paths)


def findings(validator, node, name, path, off):
    off = off or disabled(node)
    node["$nodename"] = [name]
    for error in validator.iter_errors(node):
        if error.schema_file == "generated-compatibles" or leave_out(error, off):
            continue
        yield {
            "node": path,
            "at": [str(part) for part in error.absolute_path],
            "keyword": error.schema_path[-1] if error.schema_path else "false",
            "message": error.message[:300],
            "schema": error.schema_file.replace("http://devicetree.org/schemas/", ""),
        }
    for child, value in list(node.items()):
        if isinstance(value, dict) and not child.startswith("__"):
            yield from findings(validator, value, child, path.rstrip("/") + "/" + child, off)


validator = dtschema.DTValidator([sys.argv[1]])
for blob in sys.argv[2:]:
    dtschema.dtb.phandles.clear()
    with open(blob, "rb") as file:
        (root,) = validator.decode_dtb(file.read())
    print(json.dumps({"blob": blob, "findings": list(findings(validator, root, "/", "/", False))}), flush=True)
