// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '补全数字',
  caption:
    '擦去一部分。搜索从多个起点出发，沿[[gradient|梯度]]穿过[[decoder|解码器]]，寻找最能解释剩余部分的[[latent|潜变量]]。',
  brush: '画笔',
  'brush.erase': '擦除',
  'brush.restore': '恢复',
  keys: '方向键移动画笔，空格键擦除或恢复。',
  parts: '擦除',
  left: '左半边',
  right: '右半边',
  upper: '上半边',
  lower: '下半边',
  random: '随机像素',
  nothing: '不擦除',
  mask: '{name}，已擦去 {n} 个像素',
  'mask.none': '还没有数字',
  ways: '各种补全方式，可能性大的在前',
  way: '第 {n} 种：相对密度 {share} {nats} 奈特',
  'way.nats': '{nats} 奈特',
  'way.none': '还没有结果',
  chosen: '在这些方式中，[[posterior|后验密度]]占 {share}。可见部分的代价为 {pixels} [[nats|奈特]]，潜变量为 {code}。',
  'chosen.picture': '补全后的数字：{nats} 奈特，密度占 {share}',
  figure: '在擦去的 {n} 个像素上，第一种方式的均方误差为 {error}；{count} 个留出集数字的平均图像为 {mean}。',
};
