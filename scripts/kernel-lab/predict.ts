// SPDX-License-Identifier: MIT
// The model's side of the lab: asked about the tree that was booted.
import { compareWithKernel, type Field } from '#ide/live/agreement.ts';
import type { Observed } from '#ide/live/observe.ts';
import type { Case } from '../../test/kernel/cases.ts';
import { predictor } from '../../test/kernel/predict.ts';
import { ROOT } from '../oracle/kernel.ts';

/** A tree on one of its kernels. */
export interface Run {
  readonly test: Case;
  readonly kernel: string;
}

/** Says, field by field, where the model and the observation of a boot agree and where they do not. */
export type Compare = (run: Run, kernelConfig: string, observed: Observed) => Field[];

export async function loadModel(): Promise<Compare> {
  const predict = await predictor(ROOT);
  return ({ test, kernel }, kernelConfig, observed) => {
    const { file, text, cmdline, xen, unseen } = test;
    const [kernelVersion = kernel] = kernel.split('-');
    return compareWithKernel(predict({ file, text, kernelVersion, kernelConfig, cmdline, xen }), observed, unseen);
  };
}
