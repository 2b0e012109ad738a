using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;

namespace Fixity.ServiceDefaults.OpenApi;

/// <summary>Describes schemas and their members in the words that the source documents them with.</summary>
/// <remarks>The compiler lays those words beside each assembly as XML; the framework reads them only of its own project.</remarks>
internal static class SchemaDescriptions
{
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> Documented = new();

    public static void AddSchemaDescriptions(this IServiceCollection services) =>
        services.ConfigureAll<OpenApiOptions>(options => options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonPropertyInfo is not { } property)
            {
                schema.Description ??= TextOf(context.JsonTypeInfo.Type);
            }
            else if (!IsComponent(property.PropertyType) && property.AttributeProvider is PropertyInfo member)
            {
                schema.Description ??= TextOf(member);
            }

            return Task.CompletedTask;
        }));

    // What is said of one member must not be said of the schema that others share.
    private static bool IsComponent(Type type)
    {
        var inner = Nullable.GetUnderlyingType(type) ?? type;
        return inner.IsEnum || (!inner.IsPrimitive && IsOurs(inner));
    }

    private static bool IsOurs(Type type) =>
        type.Assembly.GetName().Name?.StartsWith("Fixity.", StringComparison.Ordinal) == true;

    private static string? TextOf(Type type) => Find(type, "T:" + NameOf(type)) is { } documented
        ? Words(documented.Element("summary"))
        : null;

    private static string? TextOf(PropertyInfo member)
    {
        if (member.DeclaringType is not { } type)
        {
            return null;
        }

        // A positional member of a record is documented as a parameter of the record.
        var own = Find(type, $"P:{NameOf(type)}.{member.Name}")?.Element("summary");
        var parameter = Find(type, "T:" + NameOf(type))?.Elements("param")
            .FirstOrDefault(param => (string?)param.Attribute("name") == member.Name);
        return Words(own ?? parameter);
    }

    private static XElement? Find(Type type, string name) =>
        IsOurs(type) ? Documented.GetOrAdd(type.Assembly, Read).GetValueOrDefault(name) : null;

    private static string NameOf(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static IReadOnlyDictionary<string, XElement> Read(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(member => (string)member.Attribute("name")!, StringComparer.Ordinal)
            : new Dictionary<string, XElement>();
    }

    private static string? Words(XElement? documented)
    {
        if (documented is null)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var node in documented.DescendantNodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword"))?.Split('.', ':')[^1],
                XElement { Name.LocalName: "paramref" } named => (string?)named.Attribute("name"),
                _ => "",
            });
        }

        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } said
            ? said
            : null;
    }
}
