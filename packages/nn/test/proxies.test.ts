import { nestedProxy } from '@unroll/testing'
import { describeProxied } from './proxied.ts'

describeProxied('inside a proxy that hands out proxies', nestedProxy)
