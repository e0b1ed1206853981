import fixtures from '@unroll/oracle/fixtures/nn_init.json'
import { isFloatingPoint, manualSeed, rand, type Tensor, zeros } from '@unroll/tensor'
import { decodeArray } from '@unroll/testing'
import { describe, expect, test } from 'vitest'
import {
  calculateGain,
  constant_,
  kaimingNormal_,
  kaimingUniform_,
  type Nonlinearity,
  normal_,
  ones_,
  orthogonal_,
  Parameter,
  uniform_,
  xavierNormal_,
  xavierUniform_,
  zeros_,
} from '../src/index.ts'
