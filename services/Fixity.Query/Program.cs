using Fixity.Data;
using Fixity.Query.Browse;
using Fixity.Query.Changes;
using Fixity.Query.Copies;
using Fixity.Query.Differences;
using Fixity.Query.Events;
using Fixity.Query.Exports;
using Fixity.Query.Exports.Manifests;
using Fixity.Query.Files;
using Fixity.Query.Reading;
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
builder.Services.AddBrowse();
builder.Services.AddChanges();
builder.Services.AddStatistics();
builder.Services.AddEvents();
builder.Services.AddExports();
builder.Services.AddCopies();
builder.Services.AddExceptionHandler<SlowQueries>();

var app = builder.Build();

app.UseServiceDefaults();
var api = app.MapGroup("/api/v1").RequireAuthorization(Roles.Viewer);
api.MapTargets();
api.MapScans();
api.MapFiles();
api.MapBrowse();
api.MapChanges();
api.MapStatistics();
api.MapEvents();
api.MapExports();
api.MapManifests();
api.MapDifferences();
api.MapCopies();

await app.RunAsync();

/// <summary>Named, so that tests can start the whole service.</summary>
public sealed partial class Program;
