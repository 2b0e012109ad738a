using Fixity.Data;
using Fixity.Scanner;
using Fixity.Scanner.Baselines;
using Fixity.Scanner.Changes;
using Fixity.Scanner.Probes;
using Fixity.Scanner.Rollups;
using Fixity.Scanner.Scans;
using Fixity.Scanner.Storages;
using Fixity.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddFixityDatabase(DatabaseRole.Scanner);
builder.Services.AddScannerOptions();
builder.Services.AddStorages();
builder.Services.AddScans();
builder.Services.AddProbes();
builder.Services.AddBaselines();
builder.Services.AddChanges();
builder.Services.AddRollups();

var app = builder.Build();

app.UseServiceDefaults();
app.MapChanges();

await app.RunAsync();
