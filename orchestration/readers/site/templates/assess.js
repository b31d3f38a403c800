(function(){"use strict";
var d=JSON.parse(document.getElementById("refs").textContent),s=d.say,r=d.references,f=document.getElementById("form"),out=document.getElementById("result");
var nf=new Intl.NumberFormat(d.language,{maximumFractionDigits:1});
function val(n){var e=f.elements[n],x=e&&e.value.trim().replace(",",".");return x===""||x===undefined||isNaN(+x)||+x<0?null:+x}
function radio(n){var e=f.querySelector("input[name="+n+"]:checked");return e?e.value:null}
function fill(t,a,b){return t.replace("[a]",a).replace("[b]",b)}
function where(t,n){return t.replace("[c]",d.where[n]||"")}
function beside(list,label,mine,theirs,whose){
 if(mine===null)return;
 if(theirs===null||theirs===undefined){list.push(label+s.withheld);return}
 var how=Math.abs(mine-theirs)<0.05*Math.max(theirs,0.1)?s.equal:mine<theirs?s.below:s.above;
 list.push(label+fill(how,nf.format(mine),nf.format(theirs))+whose)}
function size(n){for(var i=0;i<d.bounds.length;i++)if(d.bounds[i][0]===null||n<d.bounds[i][0])return d.bounds[i][1]}
function among(list,name,mine,staff){
 if(mine===null)return;
 var g=staff===null?null:(d.sizes[name]||{})[size(staff)],m=(d.divisions[name]||{})[f.elements.activity?f.elements.activity.value:""];
 if(g)beside(list,label(name),mine,g[1],s.size+(g[0]!==null&&mine<g[0]?s.low_quarter:g[2]!==null&&mine>g[2]?s.high_quarter:""));
 if(m!==undefined)beside(list,label(name),mine,m,s.division)}
function label(n){return f.querySelector("[data-q="+n+"]").getAttribute("data-label")}
function answer(){
 var list=[],staff=val("staff"),act=f.elements.activity?d.activities[f.elements.activity.value]:null;
 [["accidents",0],["commuting",1]].forEach(function(q){
  var n=val(q[0]);if(n===null||!staff)return;
  var rate=n/staff*1000,l=label(q[0]);
  if(act)beside(list,l,rate,act[q[1]],s.activity);
  if(r[q[0]]!==undefined)beside(list,l,rate,r[q[0]],where(s.territory_rate,q[0]))});
 if(staff&&staff<d.few&&list.length)list.push(s.few_staff);
 if(staff!==null){
  var i=val("index");
  if(staff>=d.due.index){if(i===null)list.push(s.index_due);else{list.push(fill(i>=d.least?s.index_good:s.index_bad,nf.format(i),d.least));among(list,"index",i,staff);if(r.index!==undefined)beside(list,label("index"),i,r.index,where(s.territory,"index"))}}
  else list.push(s.index_not_due);
  var g=radio("ghg");
  if(staff>=d.due.ghg){if(g==="yes")list.push(s.ghg_done);else if(g==="no")list.push(fill(s.ghg_missing,act&&act[2]!==null?nf.format(act[2])+"\u202f%":"–",""));else list.push(s.ghg_due)}
  else if(g==="yes")list.push(s.ghg_done);else list.push(s.ghg_not_due)}
 if(f.elements.women_managers)among(list,"women_managers",val("women_managers"),staff);
 var c=val("cars");if(c!==null)beside(list,label("cars"),c,r.cars,where(s.territory_share,"cars"));
 var o=val("canteens");if(o!==null&&r.canteens!==undefined)list.push(fill(o>=r.canteens?s.canteens_met:s.canteens_missed,nf.format(o),nf.format(r.canteens)));
 var lab=radio("label");if(lab)list.push(lab==="yes"?s.label_yes:s.label_no);
 var on=[].filter.call(f.querySelectorAll("input[name=goal]"),function(e){return e.checked}).map(function(e){return e.value});
 if(on.length){
  var sh=[],need=[];
  on.forEach(function(n){if(d.needs[n]==="shadow")sh.push(n);else if(d.needs[n]==="aligned"||d.needs[n]==="high")need.push(n)});
  if(sh.length)list.push(fill(s.shadow_yes,sh.join(", "),""));
  if(need.length)list.push(fill(s.needs_yes,need.join(", "),""));
  var left=Object.keys(d.needs).filter(function(n){return d.needs[n]==="shadow"&&on.indexOf(n)<0});
  if(left.length)list.push(fill(s.shadow_no,left.join(", "),""))}
 out.textContent="";
 var h=document.createElement("h2");h.textContent=s.title;h.tabIndex=-1;out.appendChild(h);
 if(!list.length){var p=document.createElement("p");p.textContent=staff===null?s.fill:s.none;out.appendChild(p)}
 else{var u=document.createElement("ul");list.forEach(function(t){var l=document.createElement("li");l.textContent=t;u.appendChild(l)});out.appendChild(u)}
 h.focus()}
document.getElementById("go").hidden=false;
document.getElementById("go").addEventListener("click",answer);
f.addEventListener("submit",function(e){e.preventDefault();answer()});
})();
