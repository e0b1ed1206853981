/** Cases of all families: how they are drawn, simplified, and turned into plans. */
import { Chooser } from './chooser.ts'
import { drawModuleCase, drawTrainingCase, modulePlan, simplerModuleCases } from './drawModuleCase.ts'
import type { ModuleCase } from './moduleCase.ts'
import { drawPackingCase, type PackingCase, packingPlan, simplerPackingCases } from './packingCase.ts'
import type { Plan } from './plan.ts'
import {
  drawStateDictCase,
  type StateDictCase,
  simplerStateDictCases,
  stateDictPlan,
} from './stateDictCase.ts'

export type Case = ModuleCase | PackingCase | StateDictCase

/** The case that a seed draws; for `training` one that runs back. */
export function drawCase(seed: number, drawsDropout: boolean, training: boolean): Case {
  const choose = new Chooser(seed)
  if (training) return drawTrainingCase(choose, seed, drawsDropout)
  const family = choose.int(1, 20)
  if (family <= 2) return drawPackingCase(choose, seed)
  if (family === 3) return drawStateDictCase(choose, seed)
  return drawModuleCase(choose, seed, drawsDropout)
}

export function planOf(given: Case): Plan {
  switch (given.family) {
    case 'module':
      return modulePlan(given)
    case 'packing':
      return packingPlan(given)
    case 'stateDict':
      return stateDictPlan(given)
  }
}

export function simplerCases(given: Case): Case[] {
  switch (given.family) {
    case 'module':
      return simplerModuleCases(given)
    case 'packing':
      return simplerPackingCases(given)
    case 'stateDict':
      return simplerStateDictCases(given)
  }
}

/** The kind of a case, for the summary. */
export function kindOf(given: Case): string {
  return given.family === 'module' ? given.name : given.family
}
