/** What a scaling plot runs over: hidden size, batch size, timesteps. */
export type ScalingAxis = 'hiddenSize' | 'N' | 'T'
