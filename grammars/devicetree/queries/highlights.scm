; SPDX-License-Identifier: MIT
; Colours for editors that highlight with tree-sitter.

(comment) @comment
(string) @string
(include_path) @string.special.path
(char) @character
(integer) @number
(byte) @number
(operator) @operator

(label) @label
(reference) @label
(node name: (name) @module)
(node name: "/" @module)
(property name: (name) @property)
(delete_node (name) @module)
(delete_property (name) @property)
(macro_call (identifier) @function.macro)
(identifier) @constant

[
  "/dts-v1/"
  "/plugin/"
  "/memreserve/"
  "/include/"
  "/incbin/"
  "/bits/"
  "/delete-node/"
  "/delete-property/"
  "/omit-if-no-ref/"
] @keyword

[
  (preproc_if_keyword)
  (preproc_elif_keyword)
  (preproc_else_keyword)
  (preproc_endif_keyword)
  "#include"
  "#define"
  "#undef"
  "#other"
] @keyword.directive
(preproc_rest) @keyword.directive
(line_marker) @keyword.directive

["{" "}" "<" ">" "[" "]" "(" ")"] @punctuation.bracket
[";" ","] @punctuation.delimiter
"=" @operator
