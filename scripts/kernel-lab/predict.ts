// SPDX-License-Identifier: MIT
// The model's side of the lab: its core, bundled from the sources, asked about the tree that was booted.
import { fileURLToPath } from 'node:url';
import { loadModule } from '../load-core.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every tree of `folder` with its head. */
export async function loadCases(folder) {
  const { readCases } = await loadModule('test/kernel/cases.ts');
  return readCases(folder);
}

/** The same, and the trees that are put together from pieces. */
export async function loadAllCases(folder) {
  const { allCases } = await loadModule('test/kernel/cases.ts');
  return allCases(folder);
}

/** A function that says, field by field, where the model and the observation of a boot agree and where they do not. */
export async function loadModel() {
  const { predictor } = await loadModule('test/kernel/predict.ts');
  const { compareWithKernel } = await loadModule('server/src/ide/live/agreement.ts');
  const predict = await predictor(root);
  return ({ test, kernel, kernelConfig }, observed) => {
    const boot = {
      file: test.file,
      text: test.text,
      kernelVersion: kernel.split('-')[0],
      kernelConfig,
      cmdline: test.cmdline,
      xen: test.xen,
    };
    return compareWithKernel(predict(boot), observed, test.unseen);
  };
}
