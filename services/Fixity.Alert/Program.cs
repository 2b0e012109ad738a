using Fixity.Alert;
using Fixity.Alert.Deliveries;
using Fixity.Alert.Deliveries.Attempts;
using Fixity.Alert.GoneTargets;
using Fixity.Alert.Mutes;
using Fixity.Alert.Severities;
using Fixity.Alert.Webhooks;
using Fixity.Alert.Webhooks.Trials;
using Fixity.Data;
using Fixity.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddFixityDatabase(DatabaseRole.Alert);
builder.Services.AddAlertOptions();
builder.Services.AddWebhooks();
builder.Services.AddMutes();
builder.Services.AddSeverities();
builder.Services.AddDeliveries();
builder.Services.AddGoneTargets();

var app = builder.Build();

app.UseServiceDefaults();
app.MapWebhooks();
app.MapTrials();
app.MapMutes();
app.MapSeverities();
app.MapDeliveries();
app.MapAttempts();

await app.RunAsync();
