using Fixity.Data;
using Fixity.Gateway;
using Fixity.Gateway.Audit;
using Fixity.Gateway.Edge;
using Fixity.Gateway.OpenApi;
using Fixity.Gateway.OpenIdConnect;
using Fixity.Gateway.Routing;
using Fixity.Gateway.SignIn;
using Fixity.Gateway.Spa;
using Fixity.Gateway.Tokens;
using Fixity.Gateway.Users;
using Fixity.ServiceDefaults;
using Fixity.ServiceDefaults.Health;
using Fixity.ServiceDefaults.Identity;
using Fixity.ServiceDefaults.Metrics;
using Fixity.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);

builder.AddEdgeDefaults();
builder.AddFixityDatabase(DatabaseRole.Gateway);
builder.AddGatewayOptions();
builder.Services.AddEdge();
builder.Services.AddSignIn();
builder.Services.AddOpenIdConnect();
builder.Services.AddUsers();
builder.Services.AddTokens();
builder.Services.AddAudit();
builder.Services.AddRoutes();
builder.Services.AddSpa();
builder.Services.AddMergedOpenApi();

var app = builder.Build();

app.UseMetricsOn(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.MetricsUrl);
app.UseEdge();
app.UseFixityProblems();
app.UseRequestTelemetry();
app.UseSpaFiles();
app.UseRouting();
app.UseAuthentication();
app.UseCallerLimits();
app.UseCsrfProtection();
app.UseAuthorization();
app.UseConfinement();
app.MapFixityHealth();
app.MapSignIn();
app.MapOpenIdConnect();
app.MapUsers();
app.MapTokens();
app.MapAudit();
app.MapRoutes();
app.MapMergedOpenApi();
app.MapDocsPage();
app.MapSpa();

await app.RunAsync();
