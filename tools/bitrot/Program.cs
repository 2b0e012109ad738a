using Fixity.Bitrot;

return BitrotCommand.Create().Parse(args).Invoke();
