// SPDX-License-Identifier: MIT
// Device tree sources as people write them: before cpp, with every branch of `#if` and every macro still in place.
//
// The grammar is permissive on purpose. It answers where statements begin and end; what a statement may contain, and
// where it may stand, is decided by the evaluator, which has the macro table. So one rule serves all levels: what is
// allowed in a node is allowed at the top of a file too, because a `.dtsi` may be included in the middle of a node, and
// because an editor must still recognise the statements of a node whose brace is missing.

/**
 * A directive's name: `#` first, blanks allowed after it.
 * @param {string} names alternatives as in a regular expression
 */
const directive = (names) => token(new RegExp(`#[ \\t]*(${names})`));

/**
 * `#if` … `#endif` around a sequence of `content`.
 * @param {GrammarSymbols<string>} $
 * @param {RuleOrLiteral} content
 */
const conditional = ($, content) =>
  seq(
    field('keyword', $.preproc_if_keyword),
    optional($.preproc_rest),
    repeat(content),
    repeat(
      choice(
        seq(field('keyword', $.preproc_elif_keyword), optional($.preproc_rest), repeat(content)),
        seq(field('keyword', $.preproc_else_keyword), optional($.preproc_rest), repeat(content)),
      ),
    ),
    $.preproc_endif_keyword,
    optional($.preproc_rest),
  );

// What cpp takes as the rest of a directive's line: continuation lines and comments over several lines belong to it.
const BLOCK_COMMENT = /\/\*([^*]|\*+[^*/])*\*+\//;
const REST = token.immediate(
  seq(repeat1(choice(/[^\\/\n]/, /\\\r?\n/, /\\[^\r\n]/, BLOCK_COMMENT, /\/[^*/\n]/)), optional(/\/?(\/\/[^\n]*)?/)),
);

// biome-ignore lint/style/noDefaultExport: tree-sitter reads the default export.
export default grammar({
  name: 'devicetree',

  extras: ($) => [/\s/, /\\\r?\n/, $.comment, $.line_marker],

  rules: {
    document: ($) => repeat($._statement),

    _statement: ($) =>
      choice(
        $.preproc_include,
        $.preproc_define,
        $.preproc_undef,
        $.preproc_other,
        $.preproc_if,
        $.node,
        $.property,
        $.delete_node,
        $.delete_property,
        $.omit_if_no_ref,
        $.include,
        $.version,
        $.plugin,
        $.memreserve,
        $.macro_statement,
      ),

    // Directives stand before `name`: at equal length the lexer takes the earlier token, so `#include` is a directive
    // and `#include-cells` a name.
    preproc_include: ($) => seq(alias(directive('include'), '#include'), $.include_path),
    preproc_define: ($) => seq(alias(directive('define'), '#define'), optional($.preproc_rest)),
    preproc_undef: ($) => seq(alias(directive('undef'), '#undef'), optional($.preproc_rest)),
    preproc_other: ($) => seq(alias(directive('error|warning|pragma|ident'), '#other'), optional($.preproc_rest)),
    preproc_if: ($) => conditional($, $._statement),
    preproc_if_keyword: (_) => directive('if|ifdef|ifndef'),
    preproc_elif_keyword: (_) => directive('elif|elifdef|elifndef'),
    preproc_else_keyword: (_) => directive('else'),
    preproc_endif_keyword: (_) => directive('endif'),
    preproc_rest: (_) => REST,
    // A file name, or a macro for one. On the same line: behind a half-typed `#include` the next line is a statement.
    include_path: (_) => token.immediate(/[ \t]*("[^"\n]*"|<[^>\n]*>|[a-zA-Z_]\w*(\([^)\n]*\))?)/),

    // `# 1 "file" 2` and `#line 1 "file"`, as cpp leaves them.
    line_marker: (_) => token(/#(line)?[ \t]+[0-9]+([ \t]+"[^"\n]*"[^\n]*)?/),
    comment: (_) => token(choice(/\/\/[^\n]*/, BLOCK_COMMENT)),

    node: ($) =>
      seq(
        repeat($.label),
        optional(seq('/omit-if-no-ref/', repeat($.label))),
        choice(field('name', $._node_name), field('reference', $.reference)),
        '{',
        repeat($._statement),
        '}',
        ';',
      ),
    _node_name: ($) => choice('/', $.name, $._macro_name),
    _macro_name: ($) => seq($.macro_call, optional(alias(token.immediate(/[a-zA-Z0-9,._+*#?@-]+/), $.name))),

    property: ($) =>
      seq(
        repeat($.label),
        choice(
          seq(field('name', $.name), optional(seq('=', field('value', $.value)))),
          seq(field('name', $._macro_name), '=', field('value', $.value)),
        ),
        ';',
      ),

    delete_node: ($) => seq(repeat($.label), '/delete-node/', choice($.name, $._macro_name, $.reference), ';'),
    delete_property: ($) => seq(repeat($.label), '/delete-property/', choice($.name, $._macro_name), ';'),
    omit_if_no_ref: ($) => seq('/omit-if-no-ref/', $.reference, ';'),
    include: ($) => seq('/include/', $.string),
    version: (_) => seq('/dts-v1/', ';'),
    plugin: (_) => seq('/plugin/', ';'),
    memreserve: ($) => seq(repeat($.label), '/memreserve/', repeat1($._number), ';'),
    _number: ($) => choice($.integer, $.char, $.identifier, alias($.macro_call_in_value, $.macro_call), $.expression),

    // A macro that stands for statements. Its `;` may come from its definition.
    macro_statement: ($) => seq($._macro_name, optional(';')),
    macro_call: ($) => seq(alias($.name, $.identifier), $.arguments),

    value: ($) => seq(repeat1($._element), repeat(seq(',', repeat1($._element)))),
    _element: ($) =>
      choice(
        alias($.label_in_value, $.label),
        $.string,
        $.cells,
        $.bytes,
        $.reference,
        $.bits,
        $.incbin,
        $.identifier,
        alias($.macro_call_in_value, $.macro_call),
        alias($.preproc_if_in_value, $.preproc_if),
      ),
    preproc_if_in_value: ($) => conditional($, choice($._element, ',')),

    bits: ($) => seq('/bits/', choice($.integer, $.identifier, $.expression)),
    incbin: ($) => seq('/incbin/', $.expression),

    cells: ($) => seq('<', repeat($._cell), '>'),
    _cell: ($) =>
      choice(alias($.label_in_value, $.label), $._number, $.reference, alias($.preproc_if_in_cells, $.preproc_if)),
    preproc_if_in_cells: ($) => conditional($, $._cell),

    bytes: ($) => seq('[', repeat(choice(alias($.label_in_value, $.label), $.byte)), ']'),
    byte: (_) => /[0-9a-zA-Z_]+/,

    macro_call_in_value: ($) => seq($.identifier, $.arguments),
    arguments: ($) => seq(token.immediate('('), repeat($._argument), ')'),
    expression: ($) => seq('(', repeat($._argument), ')'),
    _argument: ($) =>
      choice(
        $.integer,
        $.identifier,
        alias($.macro_call_in_value, $.macro_call),
        $.string,
        $.char,
        $.reference,
        $.expression,
        $.operator,
      ),
    operator: (_) =>
      token(choice('<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '##', '[', ']', '\\', /[-+*/%&|^~!<>=?:,.@#$]/)),

    // `&label`, `&{/path}`, `&{label/path}`, `&MACRO(args)`
    reference: ($) => choice($._label_reference, $._path_reference),
    _label_reference: ($) => seq(/&[a-zA-Z_][a-zA-Z0-9_]*/, optional($.arguments)),
    _path_reference: (_) => /&\{[a-zA-Z0-9,._+*#?@/-]*\}/,

    label: ($) => choice($._label, seq($.macro_call, token.immediate(':'))),
    label_in_value: ($) => choice($._label, seq(alias($.macro_call_in_value, $.macro_call), token.immediate(':'))),
    _label: (_) => /[a-zA-Z_][a-zA-Z0-9_]*:/,
    name: (_) => /\\?[a-zA-Z0-9,._+*#?@-]+/,
    identifier: (_) => /[a-zA-Z_][a-zA-Z0-9_]*/,
    integer: (_) => /[0-9][0-9a-zA-Z_]*/,
    char: (_) => /'([^'\\\n]|\\.)*'/,
    // A string may run over several lines, but a line of it that looks like statements means that its quote is missing.
    string: (_) => /"([^"\\\n]|\\(.|\r?\n))*(\n([^"\\\n;={}<>]|\\[^\r\n])*)*"/,
  },
});
