// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '当前图像',
  tools: '选择图像',
  heldOut: '留出集数字',
  sample: '采样',
  undo: '撤销',
  clear: '清空',
  'name.heldOut': '留出集数字 {i}（标签 {label}）',
  'name.sample': '新样本',

  input: '网络看到的图像',
  'input.none': '当前图像：尚无',
  'input.of': '当前图像：{name}，28 × 28 像素',
  output: '重建',
  'output.none': '重建：尚无',
  'output.of': '{name}的重建',
  decoded: '由 z 解码',
  'decoded.of': '当前 z 的解码结果，原图为{name}。',

  'state.none': '还没有图像。请写一个数字，或选取[[held-out|留出集]]数字。',
  'state.mean': '当前为{name}，编码取 [[mu|μ]]。',
  'state.posterior': '当前为{name}，编码采样自其[[posterior|后验]]。',
  'state.prior': 'z 随机采样自[[prior|先验]]，与{name}无关。',
  'state.place': 'z 是你在[[latent-space|潜空间]]中选定的一点。',
  'state.sought': '当前为{name}。模型没有[[encoder|编码器]]，因此先搜索编码。',
  'moved.one': '你把 z {i} 移到了 {value}。',
  'moved.many': '你移动了 {n} 个潜变量。',
  settle: '回到 μ',
  label: '视为并写成',

  loss: '[[reconstruction|重建误差]] {reconstruction:nats} + KL 散度 {kl:nats} = {total:nats} 奈特',
  'loss.free': '[[reconstruction|重建误差]] {reconstruction:nats} + 先验项 {kl:nats} = {total:nats} 奈特',
};
