import type { Tensor } from '@unroll/tensor'
import type { ForwardArgs } from '../forwardHooks.ts'
import { Module } from '../module.ts'
import { checkReduction, type Reduction } from './reduction.ts'

/** What the modules of losses have in common. They compute on the host. */
export abstract class Loss<R extends string = Reduction> extends Module {
  static override readonly hostOnly: boolean = true

  readonly reduction: R

  constructor(who: string, reduction: R, allowed?: readonly string[]) {
    super()
    checkReduction(who, reduction, allowed)
    this.reduction = reduction
  }

  abstract override forward(...args: never[]): Tensor

  override async forwardAsync(...args: ForwardArgs<this>): Promise<Tensor> {
    return Reflect.apply(this.forward, this, args)
  }
}
