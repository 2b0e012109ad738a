using Fixity.Data;
using Fixity.Scheduler.Figures;
using Fixity.Scheduler.Probes;
using Fixity.Scheduler.Scans;
using Fixity.Scheduler.Schedules;
using Fixity.Scheduler.Status;
using Fixity.Scheduler.Storage;
using Fixity.Scheduler.Targets;
using Fixity.Scheduler.Verification;
using Fixity.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddFixityDatabase(DatabaseRole.Scheduler);
builder.Services.AddStorage();
builder.Services.AddTargets();
builder.Services.AddProbes();
builder.Services.AddScans();
builder.Services.AddSchedules();
builder.Services.AddFigures();
builder.Services.AddGuarantees();
builder.Services.AddStatus();

var app = builder.Build();

app.UseServiceDefaults();

var api = app.MapGroup("/api/v1");
api.MapTargets();
api.MapProbes();
api.MapScans();
api.MapStatus();

await app.RunAsync();
