// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '潜变量',
  caption:
    '[[encoder|编码器]]把图像读成几个数值，即[[latent|潜变量]]：每个都是一个高斯分布，均值为 [[mu|μ]]，标准差为 [[sigma|σ]]。拖动其中一个，看解码出的数字如何变化。',
  'caption.free':
    '这个模型没有[[encoder|编码器]]：它搜索能解码出该图像的数值，即[[latent|潜变量]]。拖动其中一个，看解码出的数字如何变化。',
  list: '潜变量，信息量大的在前。左右方向键移动 z，上下方向键选择潜变量，Delete 键回到均值。',
  name: 'z {i}',
  value: '{z}，均值 {mu}，标准差 {sigma}，KL 散度 {kl:nats} 奈特',
  'value.free': '{z}，编码 {mu}',
  sum: 'KL {kl:nats} 奈特',
  'sum.free': '½z² {kl:nats} 奈特',
  fold: '{all} 个数值中有 {n} 个不携带信息（{kl:nats} 奈特）',

  resample: '重新采样',
  prior: '随机 z',
  settle: '回到 μ',
  readings: '同一图像的八种解读',
  'readings.grid': '后验的八个样本。用方向键移动，按 Enter 键将其设为 z。',
  'readings.note': '每个都解码自[[posterior|后验]]的一次采样 z = μ + σ·[[eps|ε]]。σ 越大，差别越大。',
  'readings.none': '没有[[encoder|编码器]]就没有可供采样的[[posterior|后验]]：只搜索出一个编码。',
  reading: '第 {n} 种解读：点击设为 z',
  readout: 'z {i} 的[[posterior|后验]]与[[prior|先验]]：μ {mu}，σ {sigma}，KL {kl:nats} 奈特。当前 z 为 {z}。',
  'readout.free': 'z {i} 的编码 {mu} 与[[prior|先验]]：½z² {kl:nats} 奈特。当前 z 为 {z}。',
  now: '当前 z 解码出的数字',
  'legend.mu': 'μ，后验均值',
  'legend.sigma': '± σ',
  'legend.z': 'z（不等于 μ 时）',
  'legend.kl': '此图像的 KL 散度',
  'legend.mean': '{n} 张留出集图像的平均 KL 散度',

  what: 'z {i} 控制什么？',
  'what.note': 'z {i} 从 −3 变到 3，其余潜变量保持不变。点击数字即可设定。',
  strip: '沿所选潜变量解码出的十一个数字。用方向键移动，按 Enter 键设定该潜变量。',
  cell: 'z {i} 为 {value}',

  'table.open': '全部潜变量…',
  'table.title': '每个潜变量控制什么',
  'table.caption': '{n} 个潜变量各从 −3 变到 3，信息量大的在前，其余潜变量保持当前值。',
  'table.scroll': '可滚动的表',
  'table.picture': '{n} 行，每行是一个潜变量的十一个数字',
  'table.save': '保存为 PNG',
  'table.saved': '已保存为 {name}。',
  'table.notSaved': '浏览器无法生成这么大的图片。',
  'table.close': '关闭',
};
