using Fixity.Data;
using Fixity.Query.Changes;
using Fixity.Query.Events;
using Fixity.Query.Files;
using Fixity.Query.Scans;
using Fixity.Query.Statistics;
using Fixity.Query.Targets;
using Fixity.ServiceDefaults;
using Fixity.ServiceDefaults.Identity;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddFixityDatabase(DatabaseRole.Query);
builder.Services.AddTargets();
builder.Services.AddScans();
builder.Services.AddFiles();
builder.Services.AddChanges();
builder.Services.AddStatistics();
builder.Services.AddEvents();

var app = builder.Build();

app.UseServiceDefaults();
var api = app.MapGroup("/api/v1").RequireAuthorization(Roles.Viewer);
api.MapTargets();
api.MapScans();
api.MapFiles();
api.MapChanges();
api.MapStatistics();
api.MapEvents();

await app.RunAsync();

/// <summary>Named, so that tests can start the whole service.</summary>
public sealed partial class Program;
