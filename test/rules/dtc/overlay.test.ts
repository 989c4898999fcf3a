// SPDX-License-Identifier: MIT
// Overlays: what of them reaches the board.
import { test } from 'vitest';
import { checkDiagnostics, checkFix, checkNoFix, checkNone } from '#test/support/check.ts';

test('nodes outside the fragments are lost', () => {
  checkDiagnostics(`
/plugin/;

/ {
	hdmi-in {
//	^^^^^^^ 💡 warning[overlay-outside-fragment]: \`/hdmi-in\` is in no fragment…
		port { };
	};
};

&i2c0 {
	decoder { };
};
`);
});

test('fragments in either form, and what tools read, are not', () => {
  checkNone(`
/plugin/;

/ {
	compatible = "acme,board";

	fragment@1 {
		target-path = "/";

		__overlay__ {
			clock { };
		};
	};

	__overrides__ { };
};

&{/} {
	hdmi-in { };
};
`);
});

test('a block of nodes goes to the root of the board', () => {
  checkFix(
    'overlay-outside-fragment',
    '/plugin/;\n\n/ {\n\thdmi-in {\n\t\tport { };\n\t};\n};\n',
    '/plugin/;\n\n&{/} {\n\thdmi-in {\n\t\tport { };\n\t};\n};\n',
  );
});

test('not one with properties, which would become those of the board', () => {
  checkNoFix('overlay-outside-fragment', '/plugin/;\n\n/ {\n\tcompatible = "acme,board";\n\n\thdmi-in { };\n};\n');
});

test('nor fragments that are dormant until a parameter of the loader wants them, nor what describes the overlay', () => {
  checkNone(`/plugin/;

/ {
	metadata {
		title = "HDMI audio";
		category = "audio";
	};

	fragment@0 {
		target-path = "/";

		__dormant__ {
			clock { };
		};
	};

	__overrides__ {
		audio = <0>, "=0";
	};
};
`);
});
