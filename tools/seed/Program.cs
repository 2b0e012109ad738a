using Fixity.Seed;

return await SeedCommand.Create().Parse(args).InvokeAsync();
