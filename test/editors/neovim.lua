-- Opens board.dts as a user would and writes what Neovim has of it to out.json; the configuration was loaded before.
local out = {}
local function await(what, test)
  if not vim.wait(30000, test, 50) then out.failed = what end
end
vim.cmd.edit('board.dts')
local line = vim.fn.search('okey')
await('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
  out.diagnostics = (out.diagnostics or '') .. tostring(diagnostic.code) .. ' ' .. (diagnostic.lnum + 1) .. '\n'
end
local function ask(method, at, params)
  vim.api.nvim_win_set_cursor(0, at)
  local asked = vim.tbl_extend('force', vim.lsp.util.make_position_params(0, 'utf-16'), params or {})
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, asked, 30000) or {}) do return answer.result end
end
local net = vim.fn.search('ethernet@')
local hover = ask('textDocument/hover', { net, 8 })
out.hover = hover and hover.contents.value
local items = ask('textDocument/completion', { net + 1, 1 })
for _, item in ipairs(items and (items.items or items) or {}) do
  if item.label:find('^dma%-coherent') then out.completion = item.label end
end
out.command = ask('workspace/executeCommand', { net, 8 }, { command = 'dtIommu/dmaMap', arguments = { { textDocument = vim.lsp.util.make_text_document_params() } } })
vim.api.nvim_win_set_cursor(0, { line, (vim.fn.getline(line):find('okey')) })
vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title:find('okay') ~= nil end })
await('code action', function() return vim.fn.getline(line):find('okay') ~= nil end)
out.line = vim.trim(vim.fn.getline(line))
vim.fn.writefile({ vim.json.encode(out) }, 'out.json')
vim.cmd('qall!')
