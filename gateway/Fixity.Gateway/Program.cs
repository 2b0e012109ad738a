using Fixity.Data;
using Fixity.Gateway;
using Fixity.Gateway.Audit;
using Fixity.Gateway.OpenApi;
using Fixity.Gateway.Routing;
using Fixity.Gateway.SignIn;
using Fixity.Gateway.Spa;
using Fixity.Gateway.Tokens;
using Fixity.Gateway.Users;
using Fixity.ServiceDefaults;
using Fixity.ServiceDefaults.Health;
using Fixity.ServiceDefaults.Metrics;
using Fixity.ServiceDefaults.Problems;
using Microsoft.Extensions.Options;

var builder = WebApplication.CreateBuilder(args);

builder.AddEdgeDefaults();
builder.AddFixityDatabase(DatabaseRole.Gateway);
builder.AddGatewayOptions();
builder.Services.AddSignIn();
builder.Services.AddUsers();
builder.Services.AddTokens();
builder.Services.AddAudit();
builder.Services.AddRoutes();
builder.Services.AddSpa();
builder.Services.AddMergedOpenApi();

var app = builder.Build();

app.UseMetricsOn(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.MetricsUrl);
app.UseTrustedProxies();
app.UseSecurityHeaders();
app.UseFixityProblems();
app.UseRequestTelemetry();
app.UseSpaFiles();
app.UseRouting();
app.UseAuthentication();
app.UseCsrfProtection();
app.UseAuthorization();
app.MapFixityHealth();
app.MapSignIn();
app.MapUsers();
app.MapTokens();
app.MapAudit();
app.MapRoutes();
app.MapMergedOpenApi();
app.MapSpa();

await app.RunAsync();
