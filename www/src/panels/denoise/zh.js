// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '去噪',
  caption:
    '[[decoder|解码器]]只会写数字，不会写噪声：从[[posterior|后验均值]]出发、并知道噪声强度的搜索，找到最能解释带噪声数字的[[latent|潜变量]]。',
  kind: '噪声种类',
  gaussian: '高斯',
  salt: '椒盐',
  patches: '遮挡',
  strength: '强度',
  again: '换一次噪声',
  noisy: '带噪声',
  back: '还原结果',
  'noisy.gaussian': '{name}，加了强度为 {share} 的高斯噪声',
  'noisy.salt': '{name}，{share} 的像素加了椒盐噪声',
  'noisy.patches': '{name}，{share} 的面积被遮住',
  'back.of': '{name}的还原结果',
  none: '还没有数字',
  error: '均方误差 {squared}，{nats} [[nats|奈特]]',
  squared: '每个像素的均方误差',
  figure: '{n} 个[[held-out|留出集数字]]。强度为 {share} 时，带噪声的均方误差为 {before}，还原后为 {after}。',
  'figure.none': '曲线正在计算。',
};
