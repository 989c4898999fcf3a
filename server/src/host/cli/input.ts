// SPDX-License-Identifier: MIT
// Standard input in the place of a file: `dt-iommu check - --stdin-name boards/evk.dts < evk.dts`.
import { MAX_FILE_BYTES } from '#host/disk-bytes.ts';
import type { Arguments, Command } from './arguments.ts';
import { absolute } from './find.ts';
import { Failure, type Io, type Piped } from './io.ts';

/** The name of what nobody named, in the working directory. */
const UNNAMED = 'stdin.dts';

/** The arguments with a file for the operand `-`, where the command takes one. */
export async function withInput(command: Command, args: Arguments, io: Io): Promise<Arguments> {
  const { operands, values } = args;
  const name = values['stdin-name'];
  const count = command.options.includes('stdin-name') ? operands.filter((operand) => operand === '-').length : 0;
  if (count === 0) {
    if (name !== undefined) throw new Failure(`--stdin-name names what - reads: dt-iommu ${command.name} -`);
    return args;
  }
  if (count > 1) throw new Failure('standard input can be read once; give - once');
  const named = name ?? UNNAMED;
  const piped: Piped = { file: absolute(io.cwd, named), bytes: await readAll(io) };
  return { values, operands: operands.map((operand) => (operand === '-' ? named : operand)), piped };
}

async function readAll(io: Io): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of io.input?.() ?? process.stdin) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_FILE_BYTES) throw new Failure('standard input: has more than 10 MB, so it is not read');
  }
  return Buffer.concat(chunks);
}
